package insert

// YAML.
//
// A file is scanned (yaml_scan.go, yaml_block.go, yaml_flow.go, yaml_stream.go)
// into a tree of places (yaml_node.go) without values; the address is followed in
// it (yaml_locate.go); the text of the entry is laid out in the style of its
// neighbours (yaml_style.go, yaml_layout.go, yaml_text.go, yaml_flowtext.go);
// the bytes are spliced in (yaml_insert.go) or out (yaml_remove.go), whole lines
// in block collections (yaml_extent.go), items of a list in flow collections
// (yaml_flowlist.go); and a library that knows nothing of all this compares the
// meaning of the file before and after (yaml_verify.go, yaml_model.go).
//
// Whose a comment is. Lines directly above an entry, in its column, speak of the
// entry: nothing is put between, but since Insert writes none there, Remove
// leaves them. Lines below an entry that are indented deeper are the entry's. Any
// other comment is nobody's and stays: so an entry that is put last stands
// before the comments at the end of its collection, which often are entries that
// somebody has switched off, and the comments above the first entry of a
// document stay on top. What goes before a peer goes above the peer's comments.
//
// Blank lines. Where a blank line parts every two entries of a collection, and
// there are at least two, the new entry is parted by one as well, and Remove
// takes that one too.
//
// Line breaks. New lines end as the line above does. The last line of a file
// that lacks its line break gets one from Insert, and loses it by Remove.
//
// What Remove does not restore. It cannot see who made an empty parent: with
// Create, an empty "key:" on the path, on a line of its own without comment, tag
// or anchor, goes when its only entry goes, and so on upwards, although it may
// have been there before Insert. In a flow collection the same goes for an
// empty {} or [] inside another. Everything else comes back byte for byte.
//
// What is refused though it is YAML: a place reached through an alias or a merge
// key; an explicit null as a parent (an empty value and {} are filled); an empty
// value inside a flow collection; a pair like [a: b]; an entry at the end of a
// file without a final line break where a block scalar's value would change; a
// byte order mark inside the file; and what the library cannot read, such as a
// "?" inside a plain scalar in a flow collection.
