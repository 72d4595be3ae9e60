-- erase: forget a conversation. What stays holds nothing personal: the stub,
-- and for a while the ids of events, so that a webhook that is repeated does
-- not bring it back.
--
-- KEYS 1 c hash   2 i zset   3 s list   4 o list   5 x list
--      6 due:s    7 due:o    8 due:x    9 tmr zset
--      10 h stream           11 d hash  12 z stub
-- ARGV 1 cid   2 ms when it was erased, '' now
--      3 '1': only what began before that time (a ledger is replayed)
--      4 ms the event ids are kept
--      5 version it must still have, 0 any
--
-- Returns {'ok'}, {'none'} when there was nothing, or {'newer'}.
--include lib_now.lua
local conv, cid, at = KEYS[1], ARGV[1], tonumber(ARGV[2]) or now
local c = redis.call('HMGET', conv, 'v', 'b', 'stop', 'in')
if c[1] and ARGV[5] ~= '0' and c[1] ~= ARGV[5] then return {'newer'} end
if c[1] and ARGV[3] == '1' and tonumber(c[2] or '0') > at then return {'newer'} end
local before = tonumber(redis.call('HGET', KEYS[12], 'erased') or '0')
redis.call('HSET', KEYS[12], 'erased', int(math.max(before, at)))
if not c[1] then return {'none'} end
redis.call('HSET', KEYS[12], 'stop', c[3] or '', 'in', c[4] or '')
redis.call('UNLINK', conv, KEYS[3], KEYS[4], KEYS[5], KEYS[10], KEYS[11])
for i = 6, 9 do redis.call('ZREM', KEYS[i], cid) end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {'ok'}
