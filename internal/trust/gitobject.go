package trust

import (
	"bytes"
	"errors"
)

// splitTag takes the signature from the end of a tag's object: git appends it to
// the message. What is left is what was signed.
func splitTag(object []byte) (message, signature []byte, err error) {
	if _, _, ok := bytes.Cut(object, []byte("\n\n")); !ok {
		return nil, nil, errors.New("the tag's object has no message")
	}
	at := -1
	for _, begin := range []string{"-----BEGIN SSH SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP MESSAGE-----\n", "-----BEGIN SIGNED MESSAGE-----\n"} {
		// git takes the last line that begins a signature.
		if i := bytes.LastIndex(object, []byte("\n"+begin)); i >= 0 && i+1 > at {
			at = i + 1
		}
	}
	if at < 0 {
		return object, nil, nil
	}
	return object[:at], object[at:], nil
}

// splitCommit takes the signature out of the head of a commit's object: the
// field gpgsig and the lines that continue it. What is left is what was signed.
func splitCommit(object []byte) (message, signature []byte, err error) {
	head, body, ok := bytes.Cut(object, []byte("\n\n"))
	if !ok {
		return nil, nil, errors.New("the commit's object has no message")
	}
	var rest [][]byte
	in, seen := false, false
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		value, begins := bytes.CutPrefix(line, []byte("gpgsig "))
		if !begins {
			value, begins = bytes.CutPrefix(line, []byte("gpgsig-sha256 "))
		}
		switch {
		case begins && seen:
			return nil, nil, errors.New("the commit's object has two signatures")
		case begins:
			in, seen = true, true
			signature = append(append(signature, value...), '\n')
		case in && bytes.HasPrefix(line, []byte(" ")):
			signature = append(append(signature, line[1:]...), '\n')
		default:
			in = false
			rest = append(rest, line)
		}
	}
	message = append(bytes.Join(rest, []byte("\n")), "\n\n"...)
	return append(message, body...), signature, nil
}
