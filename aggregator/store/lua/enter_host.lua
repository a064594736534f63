-- Begin a request to a host, or learn when to come back. The decision is that of host_limits.judge_request.
-- KEYS: inside, host   ARGV: now, token, at once, gap ms, lease ms, longest promise ms,
--   how far ahead another clock may be   -> {admitted, come back in ms, closed}
local now, most, gap, lease = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local found = redis.call('HMGET', KEYS[2], 'open', 'closed', 'promised', 'said')
local open, closed, promised = tonumber(found[1]) or 0, tonumber(found[2]) or 0, tonumber(found[3]) or 0
-- Said in half an hour from now: by a clock that was ahead and was set right since. What is left to wait counts from now.
local said = tonumber(found[4]) or 0
if closed > now and said > now + 1800000 then
  closed = now + closed - said
  redis.call('HSET', KEYS[2], 'closed', string.format('%.0f', closed), 'said', ARGV[1])
end
if closed > now then return {0, closed - now, 1} end
-- What lies further ahead than it can was written by a clock that was wrong.
local latest = now + tonumber(ARGV[7])
if open > latest + gap then open = 0 end
if promised > latest + tonumber(ARGV[6]) then promised = 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', latest + lease), '+inf')
local function remember(field, moment)
  redis.call('HSET', KEYS[2], field, string.format('%.0f', moment))
  local left = redis.call('PTTL', KEYS[2])
  local wanted = moment - now + lease
  if left < wanted then redis.call('PEXPIRE', KEYS[2], string.format('%.0f', wanted)) end
end
if redis.call('ZCARD', KEYS[1]) < most and open <= now then
  redis.call('ZADD', KEYS[1], now + lease, ARGV[2])
  redis.call('PEXPIRE', KEYS[1], lease)
  remember('open', now + gap)
  return {1, 0, 0}
end
local earliest = math.max(open, promised + gap, now + math.max(gap, 1))
remember('promised', earliest)
return {0, earliest - now, 0}
