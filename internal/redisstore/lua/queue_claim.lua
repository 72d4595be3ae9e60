-- Gives a referral to one worker and mints the fence that orders owners.
-- KEYS r open lease oc due:oc held
-- ARGV 1 ref  2 worker  3 lease ends, ms
-- Returns {'ok', fence}, {'yours', fence}, {'held', worker}, {'knows'},
-- {'closed'} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local r = redis.call('HMGET', KEYS[1], 'st', 'w', 'f', 'k:' .. ARGV[2])
if not r[1] or r[1] == 'erased' then return {'gone'} end
if r[1] == 'closed' then return {'closed'} end
if r[1] == 'claimed' and r[2] == ARGV[2] then return {'yours', r[3]} end
if r[1] == 'claimed' then return {'held', r[2]} end
if r[4] == '1' then return {'knows'} end
local f = string.format('%.0f', tonumber(r[3]) + 1)
redis.call('HSET', KEYS[1], 'st', 'claimed', 'w', ARGV[2], 'f', f, 'con', '', 'lu', ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
push(KEYS[4], KEYS[5], ARGV[1], ARGV[1] .. '.' .. f .. '|claimed|' .. ARGV[2] .. '|' .. f .. '||')
redis.call('ZADD', KEYS[6], ARGV[3], ARGV[2] .. '|' .. ARGV[1])
return {'ok', f}
