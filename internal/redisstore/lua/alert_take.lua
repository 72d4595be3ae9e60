-- Gives an alert to a worker and pauses its climb. While the pause lasts it is
-- theirs alone; afterwards anybody may take it over.
-- KEYS a alerts as due:as ac due:ac   ARGV 1 id  2 worker  3 pause ends, ms
-- Returns {'ok'}, {'held', worker}, {'closed', worker} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local a = redis.call('HMGET', KEYS[1], 'st', 'w', 'until')
if not a[1] then return {'gone'} end
if a[1] == 'closed' then return {'closed', redis.call('HGET', KEYS[1], 'cw') or ''} end
local theirs = a[1] == 'taken' and a[2] ~= ARGV[2]
if theirs and tonumber(a[3] or '0') > now then return {'held', a[2]} end
redis.call('HSET', KEYS[1], 'st', 'taken', 'w', ARGV[2], 'until', ARGV[3], 'next', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
if a[1] == 'taken' and not theirs then return {'ok'} end -- pressed again: a longer pause, nothing new
redis.call('HSET', KEYS[1], 'at', int(now))
local id = ARGV[1] .. '.' .. redis.call('HINCRBY', KEYS[1], 'n', 1)
push(KEYS[3], KEYS[4], ARGV[1], id .. '|taken|' .. ARGV[2] .. '|0||')
push(KEYS[5], KEYS[6], ARGV[1], id .. '|taken|' .. ARGV[2] .. '|0||')
return {'ok'}
