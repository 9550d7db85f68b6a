package insert

// unshared refuses a place that shows in the file more than once: the collection
// there, or one around it, has an anchor that an alias elsewhere repeats.
func (p *yamlPlace) unshared() error {
	path := make([]int32, 0, len(p.steps)+1)
	for _, s := range p.steps {
		path = append(path, s.node)
	}
	for depth, n := range append(path, p.node) {
		for i, def := range p.t.anchors {
			if def.alias || def.node != n || n == 0 {
				continue
			}
			if use := p.t.firstAlias(i); use >= 0 {
				return p.fail(Alias, use, "write the entries out here, or take the anchor away",
					"%s has the anchor &%s, which is repeated here: a change would show in two places", p.at(depth), def.name)
			}
		}
	}
	return nil
}

// firstAlias returns where the i-th anchor is repeated first, or -1. An anchor of
// the same name later on is another one.
func (t *yamlTree) firstAlias(i int) int {
	for _, a := range t.anchors[i+1:] {
		switch {
		case a.name != t.anchors[i].name:
		case a.alias:
			return int(a.pos)
		default:
			return -1
		}
	}
	return -1
}
