package atlas

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"strings"
)

//go:embed page
var files embed.FS

// scripts are the page's, in the order in which they run.
var scripts = []string{"dagre.js", "markdown-it.js", "layout.js", "graph.js", "panel.js", "list.js", "page.js"}

const styles = "style.css"

// Generator stands in every page that Export writes.
const Generator = `<meta name="generator" content="svcgen map">`

// livePage is the page that a server serves: it fetches everything else.
func livePage(title string) []byte {
	var b strings.Builder
	for _, s := range scripts {
		b.WriteString("<script src=\"" + s + "\" defer></script>\n")
	}
	return page(title, "", `<link rel="stylesheet" href="`+styles+`">`, b.String())
}

// Export is a page that holds everything: it opens from a file and loads
// nothing. Details are those of ReadDetail, by service.
func Export(m *Map, details map[string]Detail) ([]byte, error) {
	data, err := json.Marshal(struct { // it writes < as \u003c: nothing in it ends the element
		Map     *Map              `json:"map"`
		Details map[string]Detail `json:"details"`
	}{m, details})
	if err != nil {
		return nil, err
	}
	style := asset(styles)
	var code strings.Builder
	code.WriteString(`<script type="application/json" id="data">` + string(data) + "</script>\n")
	policy := "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" + digest(style) + "'; script-src"
	for _, s := range scripts {
		text := inline(asset(s))
		code.WriteString("<script>" + text + "</script>\n")
		policy += " '" + digest(text) + "'"
	}
	head := `<meta http-equiv="Content-Security-Policy" content="` + policy + `">`
	return page(m.Workspace, head, "<style>"+style+"</style>", code.String()), nil
}

// inline makes a script's text one that HTML reads as a script to its end. What
// is replaced stands in literals only; libraries' texts are looked at by a test.
func inline(script string) string {
	return strings.NewReplacer("<!--", `\x3c!--`, "<script", `\x3cscript`, "</script", `\x3c/script`).Replace(script)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func asset(name string) string {
	data, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(data)
}

func page(title, head, style, code string) []byte {
	text := asset("index.html")
	var b bytes.Buffer
	_, _ = strings.NewReplacer("{{title}}", html.EscapeString(title), "{{generator}}", Generator, "{{head}}", head,
		"{{style}}", style, "{{scripts}}", code).WriteString(&b, text)
	return b.Bytes()
}
