-- Hands a referral from its holder to another worker: a release and a claim
-- in one, each with a fence of its own, so that the conversation and Slack see
-- both in order. Refused unless holder and fence are those in force.
-- KEYS r lease oc due:oc held
-- ARGV 1 ref  2 holder  3 fence  4 new holder  5 lease ends, ms
-- Returns {'ok', new fence}, {'lost'}, {'knows'} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local r = redis.call('HMGET', KEYS[1], 'st', 'w', 'f', 'k:' .. ARGV[4])
if not r[1] or r[1] == 'erased' then return {'gone'} end
if r[1] ~= 'claimed' or r[2] ~= ARGV[2] or r[3] ~= ARGV[3] or ARGV[2] == ARGV[4] then return {'lost'} end
if r[4] == '1' then return {'knows'} end
local freed, claimed = int(tonumber(r[3]) + 1), int(tonumber(r[3]) + 2)
redis.call('HSET', KEYS[1], 'w', ARGV[4], 'f', claimed, 'con', '', 'lu', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[2] .. '|' .. ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[5], ARGV[4] .. '|' .. ARGV[1])
push(KEYS[3], KEYS[4], ARGV[1], ARGV[1] .. '.' .. freed .. '|freed|' .. ARGV[2] .. '|' .. freed .. '|handed_over|')
push(KEYS[3], KEYS[4], ARGV[1], ARGV[1] .. '.' .. claimed .. '|claimed|' .. ARGV[4] .. '|' .. claimed .. '||')
return {'ok', claimed}
