// Package desk is the guided program for reviewers who do not live in terminals: full
// screens, in English and Arabic, for what the commands of amana-decrypt do.
//
// It may touch the terminal that it is given and nothing else: no files, no keys, no
// testimonies but as text to show, no network. What is to be done, [Actions] does, and
// that is what the commands run too.
//
// It is there in builds with the tag tcell_minimal alone, as make gives it: without the tag
// the terminal's library could start a program, and no offline program may hold that.
package desk
