ardour {
  ["type"] = "EditorAction", name = "Sidecrate", license = "MIT", author = "Sidecrate",
  description = [[Asks Sidecrate for a clip in this session's tempo and time signature and puts it at the playhead; of the selected region it makes a fitted one, its stems, its notes, or a part that goes with it.]]
}

function factory ()
  -- The command's whole path, where Ardour does not find it: `which sidecrate` prints it.
  local COMMAND = 'sidecrate'
  -- Frames of a region that are read at once.
  local BLOCK = 8192
  -- Regions longer than this are not sent, in seconds.
  local LONGEST_S = 1200

  -- What can be asked: the words of the dialog, the verb, and what it works on.
  local WISHES = {
    { words = "1. Make a clip", verb = "make", on = "words" },
    { words = "2. Make a part to the region", verb = "make", on = "audio", accompany = true },
    { words = "3. Put the region on the grid", verb = "fit", on = "audio" },
    { words = "4. Split the region into stems", verb = "split", on = "audio" },
    { words = "5. Write down the region's notes", verb = "transcribe", on = "audio" },
    { words = "6. Go on with the MIDI region", verb = "continue", on = "midi" },
    { words = "7. Vary the MIDI region", verb = "vary", on = "midi" },
    { words = "8. Have the MIDI region played", verb = "render", on = "midi" },
  }

  local function tell (text)
    LuaDialog.Message ("Sidecrate", text, LuaDialog.MessageType.Error, LuaDialog.ButtonType.Close):run ()
  end

  -- An argument for a POSIX shell.
  local function quoted (text)
    return "'" .. text:gsub ("'", "'\\''") .. "'"
  end

  -- A Unicode character as UTF-8, and a text value of a line of JSON; nil where it has none.
  local function text_of (line, name)
    local raw = line:match ('"' .. name .. '": "(.-[^\\])"')
    if not raw then return nil end
    raw = raw:gsub ('\\u([dD][89aAbB]%x%x)\\u([dD][c-fC-F]%x%x)', function (high, low)
      return utf8.char (0x10000 + (tonumber (high, 16) - 0xD800) * 1024 + tonumber (low, 16) - 0xDC00)
    end)
    raw = raw:gsub ('\\u(%x%x%x%x)', function (digits) return utf8.char (tonumber (digits, 16)) end)
    return (raw:gsub ('\\([\\"/])', '%1'))
  end

  -- A list of texts of a line of JSON.
  local function texts_of (line, name)
    local found = {}
    local raw = line:match ('"' .. name .. '": (%b[])')
    for item in (raw or ''):gmatch ('".-[^\\]"') do
      table.insert (found, text_of ('"x": ' .. item, 'x'))
    end
    return found
  end

  local function selected_region ()
    for region in Editor:get_selection ().regions:regionlist ():iter () do return region end
    return nil
  end

  local function selected_track ()
    for route in Editor:get_selection ().tracks:routelist ():iter () do
      local track = route:to_track ()
      if not track:isnil () then return track end
    end
    return nil
  end

  -- Tempo in quarter notes a minute, beats of a bar and their unit.
  local function grid_at (position)
    local map = Temporal.TempoMap.read ()
    local meter = map:meter_at (position)
    local bpm, beats, unit = map:quarters_per_minute_at (position), meter:divisions_per_bar (), meter:note_value ()
    map = nil -- the reference must go, or later edits of the map wait
    collectgarbage ()
    return bpm, beats, unit
  end

  -- Write what a region sounds like, before its fades, as a WAV of 32-bit floats; its path, or nil and why.
  local function write_region (audio)
    local source = audio:to_readable ()
    local frames, channels = source:readable_length (), source:n_channels ()
    local rate = Session:nominal_sample_rate ()
    if frames > LONGEST_S * rate then return nil, "the region is longer than 20 minutes; select a shorter one" end
    -- in a folder of its own, for its clips are named after it
    local folder = os.tmpname ()
    os.remove (folder)
    os.execute ("mkdir -m 700 " .. quoted (folder))
    local path = folder .. "/" .. audio:name ():gsub ('[/\\%c]', ' ') .. ".wav"
    local file, why = io.open (path, "wb")
    if not file then return nil, why end
    local bytes = frames * channels * 4
    file:write (string.pack ("<c4I4c4c4I4I2I2I4I4I2I2c4I4", "RIFF", 36 + bytes, "WAVE", "fmt ", 16, 3,
      channels, rate, rate * channels * 4, channels * 4, 32, "data", bytes))
    local memory = ARDOUR.DSP.DspShm (BLOCK)
    local at = 0
    while at < frames do
      local count = math.min (BLOCK, frames - at)
      local sound = {}
      for channel = 0, channels - 1 do
        source:read (memory:to_float (0), at, count, channel)
        local values = memory:to_float (0):array ()
        for frame = 1, count do sound[(frame - 1) * channels + channel + 1] = string.pack ("<f", values[frame]) end
      end
      file:write (table.concat (sound, '', 1, count * channels))
      at = at + count
    end
    file:close ()
    return path
  end

  -- The source of a verb that works on a region: a path, or nil and why not.
  local function source_of (wish)
    local region = selected_region ()
    if not region then return nil, "select a region first: " .. wish.words:lower ():sub (4) .. " works on one" end
    if wish.on == "audio" then
      local audio = region:to_audioregion ()
      if audio:isnil () then return nil, region:name () .. " is a MIDI region; this needs one of sound" end
      return write_region (audio)
    end
    if region:to_midiregion ():isnil () then return nil, region:name () .. " is a region of sound; this needs a MIDI region" end
    return region:source (0):to_filesource ():path ()
  end

  local function ask ()
    local choices = {}
    local first = selected_region () and WISHES[2].words or WISHES[1].words
    for number, wish in ipairs (WISHES) do choices[wish.words] = number end
    return LuaDialog.Dialog ("Sidecrate", {
      { type = "entry", key = "prompt", title = "What do you want to hear?", default = "" },
      { type = "dropdown", key = "wish", title = "Do", values = choices, default = first },
      { type = "dropdown", key = "kind", title = "Kind", values = { Loop = "loop", ["One-shot"] = "oneshot", MIDI = "midi", Track = "track", Effect = "sfx" }, default = "Loop" },
      { type = "number", key = "bars", title = "Bars", min = 1, max = 64, step = 1, digits = 0, default = 4 },
      { type = "dropdown", key = "target", title = "Put it on", values = { ["a new track"] = "new", ["the selected track"] = "selected" }, default = "a new track" },
      { type = "checkbox", key = "stems", title = "Each part on a track of its own", default = false },
    }):run ()
  end

  -- The command's arguments for what was asked; nil and why not.
  local function arguments_of (said, wish, position)
    local line = { COMMAND, wish.verb, "--json --progress" }
    local source
    if wish.on ~= "words" then
      local why
      source, why = source_of (wish)
      if not source then return nil, why end
    end
    local bpm, beats, unit = grid_at (position)
    if wish.verb == "make" then
      table.insert (line, string.format ("--bpm %.3f --meter %d/%d --kind %s", bpm, beats, unit, said.kind))
      if said.kind == "loop" or said.kind == "midi" then table.insert (line, string.format ("--bars %d", math.floor (said.bars))) end
      if said.stems then table.insert (line, "--stems") end
      if wish.accompany then table.insert (line, "--use accompany --reference " .. quoted (source)) end
      table.insert (line, "-- " .. quoted (said.prompt))
    else
      if wish.verb == "fit" then table.insert (line, string.format ("--bpm %.3f --meter %d/%d", bpm, beats, unit)) end
      if wish.on == "midi" then table.insert (line, string.format ("--bpm %.3f", bpm)) end
      if wish.verb == "continue" then table.insert (line, string.format ("--bars %d --give new", math.floor (said.bars))) end
      table.insert (line, "-- " .. quoted (source))
    end
    return table.concat (line, " ")
  end

  -- Run the command, its progress in a window: the lines of its clips, or nil and why there are none.
  local function order (line)
    local window = LuaDialog.ProgressWindow ("Sidecrate", true)
    window:progress (0, "starting")
    local pipe = io.popen (line .. " 2>&1")
    local clips, why, other = {}, nil, {}
    for said in pipe:lines () do
      local share = tonumber (said:match ('"progress": ([%d%.]+)') or '')
      if share then
        if window:progress (math.min (share, 0.99), text_of (said, "stage") or "working") or window:canceled () then
          why = "cancelled"
          break
        end
      elseif text_of (said, "path") then
        table.insert (clips, said)
      else
        why = text_of (said, "text") or why
        table.insert (other, said)
      end
    end
    -- the command ends, and cancels its job, when nobody reads any more
    pipe:close ()
    window:done ()
    if #clips > 0 and why ~= "cancelled" then return clips end
    if not why then
      why = table.concat (other, "\n")
      if why == "" then why = "no clip came" end
      why = why .. "\n\n`sidecrate doctor` looks into it. Where the command was not found, write its whole path into COMMAND at the top of the script (`sidecrate install ardour` does that)."
    end
    return nil, why
  end

  -- The files of the clips: each clip's own, or its stems where they were asked for.
  local function files_of (clips, said)
    local files = {}
    for _, line in ipairs (clips) do
      local stems = said.stems and texts_of (line, "stems") or {}
      if #stems == 0 then stems = { text_of (line, "path") } end
      for _, path in ipairs (stems) do table.insert (files, path) end
    end
    return files
  end

  local function known_regions ()
    local known = {}
    for route in Session:get_tracks ():iter () do
      for region in route:to_track ():playlist ():region_list ():iter () do
        known[region:to_stateful ():id ():to_s ()] = true
      end
    end
    return known
  end

  -- A loop must be seamless and end on its bar: no fades, and no sample beyond what its tempo gives.
  local function settle (known, frames)
    for route in Session:get_tracks ():iter () do
      for region in route:to_track ():playlist ():region_list ():iter () do
        if not known[region:to_stateful ():id ():to_s ()] then
          local audio = region:to_audioregion ()
          if not audio:isnil () then
            audio:set_fade_in_active (false)
            audio:set_fade_out_active (false)
            local over = region:length ():samples () - (frames or region:length ():samples ())
            if over > 0 and over <= 2 then region:set_length (Temporal.timecnt_t (frames), 0) end
          end
        end
      end
    end
  end

  -- Put the clips at a position. A wrong kind of track for a file is told by Ardour itself.
  local function place (clips, said, position)
    local paths = C.StringVector ()
    for _, path in ipairs (files_of (clips, said)) do paths:push_back (path) end
    local track = said.target == "selected" and selected_track () or nil
    if said.target == "selected" and not track then
      tell ("No track is selected; a new one is made.")
    end
    local known = known_regions ()
    Editor:do_import (paths, Editing.ImportDistinctFiles, track and Editing.ImportToTrack or Editing.ImportAsTrack,
      ARDOUR.SrcQuality.SrcBest, ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore,
      position, ARDOUR.PluginInfo (), track or ARDOUR.Track (), false)
    local rate = Session:nominal_sample_rate ()
    local bars, bpm = tonumber (clips[1]:match ('"bars": (%d+)') or ''), tonumber (clips[1]:match ('"bpm": ([%d%.]+)') or '')
    local beats, unit = clips[1]:match ('"meter": "(%d+)/(%d+)"')
    local frames
    if clips[1]:match ('"kind": "loop"') and bars and bpm and beats then
      frames = math.floor (bars * beats * 4 / unit * 60 / bpm * rate + 0.5)
    end
    settle (known, frames)
  end

  return function ()
    local said = ask ()
    if not said then return end
    local wish = WISHES[said.wish]
    if wish.verb == "make" and not said.prompt:find ('%S') then return end
    local position = Temporal.timepos_t (Session:transport_sample ())
    local region = wish.on ~= "words" and selected_region ()
    if region then position = region:position () end
    if wish.verb == "continue" and region then position = region:position () + region:length () end
    local line, why = arguments_of (said, wish, position)
    local clips
    if line then clips, why = order (line) end
    if clips then
      place (clips, said, position)
    elseif why ~= "cancelled" then
      tell (why)
    end
  end
end
