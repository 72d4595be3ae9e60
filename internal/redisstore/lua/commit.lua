-- commit: one event of one conversation, all of it or nothing.
--
-- KEYS 1 c hash   2 i zset   3 s list   4 o list   5 x list
--      6 due:s    7 due:o    8 due:x    9 tmr zset
--      10 h stream           11 d hash
-- ARGV 1 cid   2 version that was read   3 event id   4 nonce
--      5 sealed state
--      6 earliest timer, ms, or ''       7 lease ms
--      8 ms the event id is remembered   9 backstop ms
--      10 '1': drop unsent flow texts    11 sealed journal line, or ''
--      12 whose turn it is, a number      13 '1': that person's lines of the
--      journal are forgotten first
--      14 number of routing fields that follow as name, value
--      then the entries as lane number (1 s, 2 o, 3 x), oid, element
--
-- Returns {'done', version, token s, token o, token x} (a token only where
-- this commit takes the lane), {'dup', version} or {'stale', version}.
-- A repeat with the same nonce gets the answer of the first call again.
--include lib_now.lua
--include lib_lane.lua

local conv, seen, cid, event = KEYS[1], KEYS[2], ARGV[1], ARGV[3]
local backstop = ARGV[9]
local version = redis.call('HGET', conv, 'v') or '0'

local remembered = redis.call('ZSCORE', seen, event)
if remembered and tonumber(remembered) > now then
  redis.call('PEXPIRE', seen, backstop) -- a write, so that WAIT has something to wait for
  local last = redis.call('HMGET', conv, 'ne', 'nv', 'ns', 'no', 'nx')
  if last[1] == event .. ' ' .. ARGV[4] then
    return {'done', last[2], last[3] or '', last[4] or '', last[5] or ''}
  end
  return {'dup', version}
end
if version ~= ARGV[2] then
  return {'stale', version}
end

version = int(tonumber(version) + 1)
local fields = {'v', version, 's', ARGV[5]}
local at = 15
for _ = 1, tonumber(ARGV[14]) do
  fields[#fields + 1] = ARGV[at]
  fields[#fields + 1] = ARGV[at + 1]
  at = at + 2
end
redis.call('HSET', conv, unpack(fields))
redis.call('HSETNX', conv, 'b', int(now))
redis.call('ZREMRANGEBYSCORE', seen, '-inf', int(now))
redis.call('ZADD', seen, int(now + tonumber(ARGV[8])), event)

-- Unsent flow texts make room for what matters more. The head stays while it
-- is in flight: whether it went out must still be found out.
if ARGV[10] == '1' then
  local first = redis.call('HGET', conv, 'st:o') == 'f' and 1 or 0
  local all = redis.call('LRANGE', KEYS[4], first, -1)
  for i, entry in ipairs(all) do
    local oid, kind = parse(entry)
    if kind == 'flow' then
      redis.call('LREM', KEYS[4], 1, entry)
      redis.call('HSET', KEYS[11], oid, 'dropped|made room|')
      if i == 1 and first == 0 then -- whoever holds the lane holds another head
        redis.call('ZREM', KEYS[7], cid)
        redis.call('HDEL', conv, 'st:o', 'at:o', 'ha:o', 'nc:o')
      end
    end
  end
end

local added = {}
while at < #ARGV do
  local n = tonumber(ARGV[at])
  redis.call('RPUSH', KEYS[2 + n], ARGV[at + 2])
  if n < 3 then redis.call('HSETNX', KEYS[11], ARGV[at + 1], '||') end
  added[n] = true
  at = at + 3
end

-- A lane that nobody drains is the committer's, at once.
local names, tokens = {'s', 'o', 'x'}, {'', '', ''}
for n = 1, 3 do
  if added[n] and not redis.call('ZSCORE', KEYS[5 + n], cid) then
    tokens[n] = mint(conv, KEYS[5 + n], cid, names[n], tonumber(ARGV[7]))
  end
end
-- What the drop left over is a poller's; nothing left over is nobody's.
if ARGV[10] == '1' and not added[2] then
  if redis.call('EXISTS', KEYS[4]) == 0 then
    redis.call('ZREM', KEYS[7], cid)
  else
    redis.call('ZADD', KEYS[7], 'NX', int(now), cid)
  end
end

if ARGV[6] == '' then
  redis.call('ZREM', KEYS[9], cid)
  redis.call('HDEL', conv, 'wake')
else
  redis.call('ZADD', KEYS[9], ARGV[6], cid)
  redis.call('HSET', conv, 'wake', ARGV[6])
end
if ARGV[13] == '1' then
  for _, line in ipairs(redis.call('XRANGE', KEYS[10], '-', '+')) do
    if line[2][4] == ARGV[12] then redis.call('XDEL', KEYS[10], line[1]) end
  end
end
if ARGV[11] ~= '' then
  redis.call('XADD', KEYS[10], '*', 'l', ARGV[11], 'p', ARGV[12])
end
redis.call('HSET', conv, 'ne', event .. ' ' .. ARGV[4], 'nv', version,
  'ns', tokens[1], 'no', tokens[2], 'nx', tokens[3])
for _, k in ipairs({1, 2, 3, 4, 5, 10, 11}) do redis.call('PEXPIRE', KEYS[k], backstop) end
return {'done', version, tokens[1], tokens[2], tokens[3]}
