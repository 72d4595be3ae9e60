-- Hands out the head of an outbox to one drainer at a time.
-- KEYS outbox due handed   ARGV 1 ref  2 lease ms
-- Returns {'busy'}, {'empty'} or {'head', token, entry, 1 if it was handed out
-- before: whoever had it may have delivered it}.
--include lib_now.lua
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not due then return {'empty'} end
if tonumber(due) > now then return {'busy'} end
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {'empty'}
end
local token = now + tonumber(ARGV[2])
if token <= tonumber(due) then token = tonumber(due) + 1 end
redis.call('ZADD', KEYS[2], int(token), ARGV[1])
local id = string.match(head, '^([^|]*)|')
local again = redis.call('HGET', KEYS[3], ARGV[1]) == id and 1 or 0
redis.call('HSET', KEYS[3], ARGV[1], id)
return {'head', int(token), head, again}
