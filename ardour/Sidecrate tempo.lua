ardour {
  ["type"] = "EditorHook", name = "Sidecrate tempo", license = "MIT", author = "Sidecrate",
  description = [[Tells Sidecrate the session's tempo at the playhead, and whether it plays, by OSC.]]
}

function signals ()
  return LuaSignal.Set ():add ({ [LuaSignal.LuaTimerS] = true })
end

function factory ()
  -- Sidecrate's OSC port, as in its config.
  local PORT = 9140
  -- All of it is told again after so many seconds, for the daemon may have started since.
  local AGAIN_S = 60
  local address = ARDOUR.LuaOSC.Address (string.format ("osc.udp://127.0.0.1:%d", PORT))
  local told_bpm, told_playing, silent_s = nil, nil, 0

  return function (signal, ref, ...)
    if not Session then return end
    local map = Temporal.TempoMap.read ()
    local bpm = map:quarters_per_minute_at (Temporal.timepos_t (Session:transport_sample ()))
    map = nil -- the reference must go, or later edits of the map wait
    collectgarbage ()
    local playing = Session:transport_rolling ()
    silent_s = silent_s + 1
    local again = silent_s >= AGAIN_S
    if again then silent_s = 0 end
    if bpm ~= told_bpm or again then
      address:send ("/sidecrate/bpm", "f", bpm)
      told_bpm = bpm
    end
    if playing ~= told_playing or again then
      address:send ("/sidecrate/playing", "i", playing and 1 or 0)
      told_playing = playing
    end
  end
end
