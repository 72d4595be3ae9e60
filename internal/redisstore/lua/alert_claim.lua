-- Takes the rung of an alert that is due, for one replica.
-- KEYS a alerts   ARGV 1 id  2 score that was seen  3 lease ms  4 nonce
-- Returns {'ok', token} or {'lost'}.
--include lib_now.lua
--include lib_rung.lua
local st = redis.call('HGET', KEYS[1], 'st')
if not st or st == 'closed' then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {'lost'}
end
local token = seize(KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4])
if not token then return {'lost'} end
return {'ok', token}
