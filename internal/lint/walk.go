package lint

import (
	"maps"
	"slices"
	"text/template/parse"
	"unicode/utf8"

	"github.com/svcgen/svcgen/internal/template"
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

func lineStarts(s string) []int {
	starts := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// position is the line and column of an offset in src, whose lines begin at
// starts.
func position(src string, starts []int, offset int) template.Pos {
	line, ok := slices.BinarySearch(starts, offset)
	if !ok {
		line--
	}
	return template.Pos{Line: line + 1, Col: utf8.RuneCountInString(src[starts[line]:offset]) + 1}
}
