"""networkx: random graphs are built, searched and cut into communities; the last three are kept."""
import random

import networkx

random.seed(3)
kept = []
for i in range(12):
    graph = networkx.gnm_random_graph(400, 1200, seed=i)
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = random.randrange(1, 10)
    tree = networkx.minimum_spanning_tree(graph)
    reached = sum(len(paths) for _, paths in networkx.all_pairs_shortest_path_length(graph, 2))
    parts = list(networkx.algorithms.community.label_propagation_communities(graph))
    kept.append((graph, tree, parts))
    del kept[:-3]
    print(tree.number_of_edges(), reached, len(parts))
