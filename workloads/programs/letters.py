"""Letters: mail with parts and headers, composed, written, and read again."""
import email
from email.message import EmailMessage

for i in range(250):
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = f"letter {i}", "a@b.example", "c@d.example"
    letter.set_content("text\n" * 20)
    letter.add_alternative("<p>text</p>" * 20, subtype="html")
    read = email.message_from_bytes(letter.as_bytes())
    read.reply = letter
    letter.reply = read
