-- sweep: put the indexes of one conversation right. The lanes and the wake
-- field are the truth.
--
-- KEYS 1 c hash   2 s list   3 o list   4 x list
--      5 due:s    6 due:o    7 due:x    8 tmr zset
-- ARGV 1 cid
--
-- Returns {number of index entries that were wrong}.
--include lib_now.lua
local cid, wrong = ARGV[1], 0
for n = 2, 4 do
  local full = redis.call('EXISTS', KEYS[n]) == 1
  local listed = redis.call('ZSCORE', KEYS[n + 3], cid)
  if full and not listed then
    redis.call('ZADD', KEYS[n + 3], int(now), cid)
    wrong = wrong + 1
  elseif listed and not full then
    redis.call('ZREM', KEYS[n + 3], cid)
    wrong = wrong + 1
  end
end
local wake = redis.call('HGET', KEYS[1], 'wake')
local listed = redis.call('ZSCORE', KEYS[8], cid)
if wake and tonumber(listed or '') ~= tonumber(wake) then
  redis.call('ZADD', KEYS[8], wake, cid)
  wrong = wrong + 1
elseif listed and not wake then
  redis.call('ZREM', KEYS[8], cid)
  wrong = wrong + 1
end
return {wrong}
