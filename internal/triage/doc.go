// Package triage finds cries for help in texts: which words, which kind, how
// sure. It flags words and never scores people. It may import bot,
// internal/fold and locales.
//
// What it looks for stands in locales/<lang>/crisis.json, one file a language,
// written by linguists; docs/translating.md describes it for them. In short:
//
//	groups   names for sets of words and short phrases
//	crisis   patterns by category: someone must be answered now
//	concern  patterns by category: a person reads it the same working day
//	lower    patterns: a crisis that shares a word with one is a concern only
//	except   patterns: the words they name mean nothing
//	before   particles written onto the front of a word (Arabic و, ال)
//	after    particles written onto its end
//	known    words that look like slips of danger words and are none
//	short    words typed short, and the words they stand for
//	dev      texts the patterns were written from, by label and category
//
// A pattern is items with spaces between: a word, alternatives a/b (with _ for
// a space inside one), a group @name, a gap "..", anything optional with "?" at
// its end; " & " between parts lets them stand in any order. Words are folded
// by internal/fold on both sides; stem*, *end and *mid* match parts of words, ~
// forgives one slip, % matches Latin spellings that sound alike, = asks for the
// spelling as written, # is any number.
//
// Every language's file is read against every text: the language in force is a
// hint that people override in every second message.
//
// Beside the patterns stands what was learnt from examples (learnt.bin, written
// by the command in teach): a linear model over words, pieces of words, groups
// and concepts. It may raise what patterns miss and never takes back what they
// found.
package triage
