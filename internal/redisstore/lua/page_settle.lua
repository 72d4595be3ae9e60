-- Settles a page. Refused unless the claim is in force.
-- KEYS p pages a ac due:ac dead
-- ARGV 1 id  2 token  3 alert  4 sent|retry|hold|gone|dead  5 delay ms
--      6 provider's id  7 code
-- Returns {'ok'}, {'first'} for the first page of the alert that anybody
-- accepted, or {'lost'}. A repeat is told 'ok'.
--include lib_now.lua
--include lib_rung.lua
--include lib_item.lua
if not ours(KEYS[2], ARGV[1], ARGV[2]) then
  if redis.call('HGET', KEYS[1], 'ack') == ARGV[2] then return {'ok'} end
  return {'lost'}
end
redis.call('HSET', KEYS[1], 'ack', ARGV[2])
if ARGV[4] == 'retry' or ARGV[4] == 'hold' then
  local due = int(now + tonumber(ARGV[5]))
  if ARGV[4] == 'retry' then redis.call('HSET', KEYS[1], 'st', 'r') end
  redis.call('HSET', KEYS[1], 'next', due, 'code', ARGV[7])
  redis.call('ZADD', KEYS[2], due, ARGV[1])
  return {'ok'}
end
local st = redis.call('HGET', KEYS[1], 'st')
if st ~= 'delivered' and st ~= 'failed' then -- else a receipt came before us and knows better
  redis.call('HSET', KEYS[1], 'st', ARGV[4], 'code', ARGV[7])
end
redis.call('HSET', KEYS[1], 'sid', ARGV[6], 'done', int(now))
redis.call('HDEL', KEYS[1], 'next')
redis.call('ZREM', KEYS[2], ARGV[1])
if ARGV[4] == 'dead' then redis.call('RPUSH', KEYS[6], ARGV[3] .. '|' .. ARGV[1] .. '|page|||' .. ARGV[7]) end
if ARGV[4] == 'sent' and redis.call('HSETNX', KEYS[3], 'told', int(now)) == 1 then
  push(KEYS[4], KEYS[5], ARGV[3], ARGV[1] .. '|told||0||')
  return {'first'}
end
return {'ok'}
