-- Lifts an open referral, or brings a claimed one up to date.
-- KEYS r open os due:os
-- ARGV 1 ref  2 priority  3 score if lifted  4 sealed referral or ''
--      5 outbox entry for Slack  6 id of the effect
-- Returns {'ok'}, {'again'}, {'erased'} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local r = redis.call('HMGET', KEYS[1], 'st', 'p', 'q')
if r[1] == 'erased' then return {'erased'} end
if not r[1] then return {'gone'} end
if redis.call('HSETNX', KEYS[1], 'e:' .. ARGV[6], '1') == 0 then return {'again'} end
if tonumber(ARGV[2]) > tonumber(r[2]) then
  local q = math.min(tonumber(r[3]), tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], 'p', ARGV[2], 'q', int(q))
  if r[1] == 'open' then redis.call('ZADD', KEYS[2], int(q), ARGV[1]) end
end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'data', ARGV[4]) end
redis.call('HINCRBY', KEYS[1], 'ver', 1)
push(KEYS[3], KEYS[4], ARGV[1], ARGV[5])
return {'ok'}
