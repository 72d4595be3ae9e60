// Package redisstore keeps everything Linkline must not lose. It is the only
// room that speaks to Redis and the only importer of go-redis.
//
// Whatever belongs together is written by one Lua script in one hash slot, so
// that the same scripts run on a single Redis, under Sentinel and on a
// Cluster. The scripts stand in lua/, each with its keys and arguments
// explained above it; they take time from the server, check version and token
// inside, and may be repeated without harm.
//
// What people said and who they are is sealed before it gets here or by the
// Sealer on its way in; scripts read only clear routing fields and the clear
// header of an entry. The room may import bot and nothing else of Linkline.
package redisstore
