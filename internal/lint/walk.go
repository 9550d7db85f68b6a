package lint

import (
	"maps"
	"slices"
	"text/template/parse"
)

// eachNode calls visit for every node below n, with the argument that follows it
// in its command, if one does.
func eachNode(n parse.Node, visit func(n, next parse.Node)) {
	branch := func(b *parse.BranchNode) {
		eachNode(b.Pipe, visit)
		eachNode(b.List, visit)
		if b.ElseList != nil {
			eachNode(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				eachNode(c, visit)
			}
		}
	case *parse.ActionNode:
		eachNode(n.Pipe, visit)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			eachNode(n.Pipe, visit)
		}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			for i, a := range c.Args {
				var next parse.Node
				if i+1 < len(c.Args) {
					next = c.Args[i+1]
				}
				visit(a, next)
				eachNode(a, visit)
			}
		}
	case *parse.ChainNode:
		visit(n.Node, nil)
		eachNode(n.Node, visit)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
