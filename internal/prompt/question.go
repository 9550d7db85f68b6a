package prompt

// Question is one thing to ask a person.
type Question struct {
	Name    string   // the flag or value it answers, e.g. "template"
	Message string   // what is asked, without a question mark or colon at its end
	Help    string   // shown on "?"; may be empty
	Options []Option // where given, one of them is chosen; otherwise a line is typed
	Default string   // proposed; for a choice, the Value of an option
	Confirm bool     // a yes/no question; the answer is "yes" or "no"
	Back    bool     // the person may go back instead, with "<": ErrBack is returned

	// Validate says what is wrong with a typed answer; the question is asked
	// again until it returns nil. It may be nil.
	Validate func(answer string) error
}

// Option is one choice.
type Option struct {
	Value   string
	Summary string // one line; may be empty
}
