// Package bot holds the nouns of Linkline and the engine that turns one event
// for one conversation into the next conversation and its effects.
//
// The room is pure: it reads no clock, no network and no randomness. Time,
// ids and everything that was understood of a text come in as values. It may
// import the standard library, looplab/fsm and x/text/language only.
//
// Everything that crosses a seam between two rooms (Inbound, Outbound, Entry,
// Referral, Card, Note, SendError) is a plain type here, so that
// no room needs to know a neighbour.
package bot
