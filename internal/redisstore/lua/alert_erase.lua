-- Forgets an alert at the end of its retention. An alert that is not closed
-- stays.
-- KEYS a alerts closed pa as ac due:as due:ac pages handed:as handed:ac, then p
-- of every page
-- ARGV 1 id, then the id of every page
-- Returns {'ok'} or {'open'}.
local st = redis.call('HGET', KEYS[1], 'st')
if st and st ~= 'closed' then return {'open'} end
for i, k in ipairs({2, 3, 7, 8}) do redis.call('ZREM', KEYS[k], ARGV[1]) end
for i = 2, #ARGV do redis.call('ZREM', KEYS[9], ARGV[i]) end
redis.call('UNLINK', KEYS[1], KEYS[4], KEYS[5], KEYS[6])
redis.call('HDEL', KEYS[10], ARGV[1])
redis.call('HDEL', KEYS[11], ARGV[1])
for i = 12, #KEYS do redis.call('UNLINK', KEYS[i]) end
return {'ok'}
