-- wrk script: POST /bookings, one seat each, for an event chosen by chance among those that a file lists.
-- wrk -t1 -c64 -d10s -s many.lua URL -- FILE SEED
dofile("outcome.lua")

function init(args)
  wrk.method, wrk.path = "POST", "/bookings"
  wrk.headers["Content-Type"] = "application/json"
  -- Every request is laid out beforehand, so that the generator only has to choose one.
  local requests = {}
  for event in io.lines(args[1]) do
    wrk.body = '{"event_id":"' .. event .. '","num_seats":1}'
    requests[#requests + 1] = wrk.format()
  end
  math.randomseed(tonumber(args[2]))
  local random, count = math.random, #requests
  function request()
    return requests[random(count)]
  end
end
