"""XML pages: DOM trees, whose nodes know their parents."""
from xml.dom import minidom

PAGE = "<page>" + "".join(f"<row n='{i}'><a>{i}</a><b/></row>" for i in range(60)) + "</page>"
for i in range(120):
    page = minidom.parseString(PAGE)
    rows = page.getElementsByTagName("row")
    rows[i % 60].setAttribute("seen", "yes")
    page.toxml()
