-- Takes an alert, once.
-- KEYS a   ARGV 1 worker  2 now ms   Returns {'ok'}, {'held', worker} or {'gone'}.
local w = redis.call('HMGET', KEYS[1], 'data', 'w')
if not w[1] then return {'gone'} end
if w[2] and w[2] ~= '' and w[2] ~= ARGV[1] then return {'held', w[2]} end
redis.call('HSET', KEYS[1], 'w', ARGV[1], 'at', ARGV[2])
return {'ok'}
