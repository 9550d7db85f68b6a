package names

// ProtoGo is the Go name of a field, message, service or method that is called s
// in a .proto file, as protoc-gen-go makes it: an underscore goes where a small
// letter follows, and that letter is capital, as is one at the beginning or behind
// a digit. card_payments gives CardPayments, s3s S3S, a_1 A_1.
func ProtoGo(s string) string {
	small := func(i int) bool { return i < len(s) && 'a' <= s[i] && s[i] <= 'z' }
	var out []byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_' && i == 0:
			out = append(out, 'X') // a Go name that others see begins with a capital
		case c == '_' && small(i+1):
		case '0' <= c && c <= '9':
			out = append(out, c)
		default:
			if small(i) {
				c -= 'a' - 'A'
			}
			out = append(out, c)
			for ; small(i + 1); i++ {
				out = append(out, s[i+1])
			}
		}
	}
	return string(out)
}
