package pages

import (
	"html/template"
	"strconv"
	"text/template/parse"

	"amana/internal/questionnaire"
)

// The functions by which templates ask for words. The first argument is the key
// in the catalog; what a message may hold depends on the function.
var placeholders = map[string][]string{
	"t":       nil,                                // a message as it stands
	"n":       {"N"},                              // a message in the plural form of a count
	"day":     {"Day"},                            // a message with a day
	"list":    {"List"},                           // a message with the number of the list of reviewers
	"readers": {"N", "List"},                      // the same, in the plural form of how many they are
	"of":      {"N", "Of"},                        // a message with some of a number, in the plural form of how many
	"limits":  {"Files", "File", "Total", "Text"}, // a message with any of the limits
	"date":    {"Day", "Month", "Year"},           // the shape of a date, which only Go code asks for
}

// counted reports whether messages of a function have plural forms.
func counted(function string) bool {
	return function == "n" || function == "readers" || function == "of"
}

// Keys that Go code asks for, by the function that reads them.
var codeKeys = map[string]string{
	"language.name":      "t",
	"language.direction": "t",
	"language.digits":    "t",
	"language.group":     "t",
	"language.date":      "date",
	"thread.read_reply":  "day",
	"count.files":        "n",
	"count.characters":   "n",
	"count.pages":        "n",
	"size.bytes":         "n",
	"size.kb":            "n",
	"size.mb":            "n",
	"size.gb":            "n",

	"form.narrative_limit": "limits",
	"form.files_hint":      "t",
	"form.files_once":      "t",
	"form.files_limit":     "limits",

	"question.send":  "t",
	"question.more":  "t",
	"question.year":  "t",
	"question.month": "t",
	"question.day":   "t",
	"question.about": "t",
}

func init() {
	for m := 1; m <= 12; m++ {
		codeKeys[monthKey(m)] = "t"
	}
	for _, kind := range []questionnaire.ProblemKind{
		questionnaire.TooLong, questionnaire.NotInList, questionnaire.Impossible, questionnaire.NotText, questionnaire.TooMany,
	} {
		codeKeys[answerKey(kind)] = "limits"
	}
}

func monthKey(m int) string { return "month." + strconv.Itoa(m) }

func answerKey(k questionnaire.ProblemKind) string { return "question.problem." + string(k) }

func problemKey(part string, k ProblemKind) string { return "problem." + string(k) + "." + part }

// wanted returns every key that the templates or the code ask for, with the
// function that asks.
func wanted(t *template.Template) map[string]string {
	keys := make(map[string]string)
	for key, function := range codeKeys {
		keys[key] = function
	}
	for _, one := range t.Templates() {
		if one.Tree != nil {
			collect(one.Tree.Root, keys)
		}
	}
	return keys
}

// collect walks a parsed template for calls of the functions above.
func collect(node parse.Node, keys map[string]string) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				collect(child, keys)
			}
		}
	case *parse.ActionNode:
		collect(n.Pipe, keys)
	case *parse.TemplateNode:
		collect(n.Pipe, keys)
	case *parse.IfNode:
		collectBranch(&n.BranchNode, keys)
	case *parse.RangeNode:
		collectBranch(&n.BranchNode, keys)
	case *parse.WithNode:
		collectBranch(&n.BranchNode, keys)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				collectCommand(command, keys)
			}
		}
	}
}

func collectBranch(n *parse.BranchNode, keys map[string]string) {
	collect(n.Pipe, keys)
	collect(n.List, keys)
	collect(n.ElseList, keys)
}

func collectCommand(command *parse.CommandNode, keys map[string]string) {
	for _, arg := range command.Args {
		collect(arg, keys) // a call in parentheses is a pipe of its own
	}
	if len(command.Args) < 2 {
		return
	}
	name, ok := command.Args[0].(*parse.IdentifierNode)
	if !ok {
		return
	}
	key, ok := command.Args[1].(*parse.StringNode)
	if !ok {
		return
	}
	if _, ok := placeholders[name.Ident]; ok {
		keys[key.Text] = name.Ident
	}
	if name.Ident == "problem" {
		for kind := range kinds {
			keys[problemKey(key.Text, kind)] = "limits"
		}
	}
}
