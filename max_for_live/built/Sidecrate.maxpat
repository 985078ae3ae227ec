{
	"patcher": {
		"fileversion": 1,
		"appversion": {
			"major": 8,
			"minor": 5,
			"revision": 0,
			"architecture": "x64",
			"modernui": 1
		},
		"classnamespace": "box",
		"rect": [
			80,
			100,
			1100,
			760
		],
		"openrect": [
			0,
			0,
			400,
			169
		],
		"openinpresentation": 1,
		"default_fontsize": 10.0,
		"default_fontface": 0,
		"default_fontname": "Arial Bold",
		"gridsize": [
			8.0,
			8.0
		],
		"devicewidth": 400.0,
		"description": "Type what you want to hear; it comes as a clip in time and in key.",
		"boxes": [
			{
				"box": {
					"id": "obj-1",
					"maxclass": "textedit",
					"numinlets": 1,
					"numoutlets": 4,
					"outlettype": [
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						20,
						282,
						42
					],
					"presentation": 1,
					"presentation_rect": [
						4,
						4,
						282,
						42
					],
					"varname": "Prompt",
					"parameter_enable": 1,
					"annotation": "What you want to hear.",
					"annotation_name": "Prompt",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Prompt",
							"parameter_shortname": "Prompt",
							"parameter_type": 3,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Prompt",
							"parameter_initial": [
								""
							],
							"parameter_initial_enable": 1
						}
					},
					"outputmode": 1,
					"nosymquotes": 1,
					"keymode": 1,
					"lines": 1,
					"wordwrap": 1,
					"fontsize": 10.0
				}
			},
			{
				"box": {
					"id": "obj-2",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						50,
						52,
						20
					],
					"text": "Generate",
					"presentation": 1,
					"presentation_rect": [
						290,
						4,
						52,
						20
					],
					"varname": "Generate",
					"parameter_enable": 1,
					"annotation": "Make clips from the prompt.",
					"annotation_name": "Generate",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Generate",
							"parameter_shortname": "Generate",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Generate",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Generate",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-3",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						80,
						50,
						20
					],
					"text": "Again",
					"presentation": 1,
					"presentation_rect": [
						346,
						4,
						50,
						20
					],
					"varname": "Again",
					"parameter_enable": 1,
					"annotation": "The last once more, with another seed.",
					"annotation_name": "Again",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Again",
							"parameter_shortname": "Again",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Again",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Again",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-4",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						110,
						52,
						20
					],
					"text": "Cancel",
					"presentation": 1,
					"presentation_rect": [
						290,
						26,
						52,
						20
					],
					"varname": "Cancel",
					"parameter_enable": 1,
					"annotation": "End what is being made.",
					"annotation_name": "Cancel",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Cancel",
							"parameter_shortname": "Cancel",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Cancel",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Cancel",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-5",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						140,
						50,
						20
					],
					"text": "Place",
					"presentation": 1,
					"presentation_rect": [
						346,
						26,
						50,
						20
					],
					"varname": "Place",
					"parameter_enable": 1,
					"annotation": "Put the newest clip where Target says.",
					"annotation_name": "Place",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Place",
							"parameter_shortname": "Place",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Place",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Place",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-6",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						170,
						64,
						12
					],
					"text": "Kind",
					"presentation": 1,
					"presentation_rect": [
						4,
						50,
						64,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-7",
					"maxclass": "live.menu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						200,
						64,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						4,
						62,
						64,
						16
					],
					"varname": "Kind",
					"parameter_enable": 1,
					"annotation": "What comes out.",
					"annotation_name": "Kind",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Kind",
							"parameter_shortname": "Kind",
							"parameter_type": 2,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Kind",
							"parameter_enum": [
								"loop",
								"one-shot",
								"MIDI",
								"effect",
								"track",
								"vocal"
							],
							"parameter_mmax": 5,
							"parameter_initial": [
								0
							],
							"parameter_initial_enable": 1
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-8",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						230,
						34,
						12
					],
					"text": "Bars",
					"presentation": 1,
					"presentation_rect": [
						74,
						50,
						34,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-9",
					"maxclass": "live.numbox",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						260,
						34,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						74,
						62,
						34,
						16
					],
					"varname": "Bars",
					"parameter_enable": 1,
					"annotation": "Length in bars.",
					"annotation_name": "Bars",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Bars",
							"parameter_shortname": "Bars",
							"parameter_type": 0,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Bars",
							"parameter_mmin": 1.0,
							"parameter_mmax": 64.0,
							"parameter_initial": [
								4
							],
							"parameter_initial_enable": 1,
							"parameter_unitstyle": 0
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-10",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						290,
						34,
						12
					],
					"text": "Count",
					"presentation": 1,
					"presentation_rect": [
						114,
						50,
						34,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-11",
					"maxclass": "live.numbox",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20,
						320,
						34,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						114,
						62,
						34,
						16
					],
					"varname": "Count",
					"parameter_enable": 1,
					"annotation": "How many clips.",
					"annotation_name": "Count",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Count",
							"parameter_shortname": "Count",
							"parameter_type": 0,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Count",
							"parameter_mmin": 1.0,
							"parameter_mmax": 16.0,
							"parameter_initial": [
								1
							],
							"parameter_initial_enable": 1,
							"parameter_unitstyle": 0
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-12",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						350,
						84,
						12
					],
					"text": "Engine",
					"presentation": 1,
					"presentation_rect": [
						154,
						50,
						84,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-13",
					"maxclass": "textedit",
					"numinlets": 1,
					"numoutlets": 4,
					"outlettype": [
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						380,
						84,
						18
					],
					"text": "auto",
					"presentation": 1,
					"presentation_rect": [
						154,
						62,
						84,
						18
					],
					"varname": "Engine",
					"parameter_enable": 1,
					"annotation": "Who makes it: auto, or an engine's name.",
					"annotation_name": "Engine",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Engine",
							"parameter_shortname": "Engine",
							"parameter_type": 3,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Engine",
							"parameter_initial": [
								"auto"
							],
							"parameter_initial_enable": 1
						}
					},
					"outputmode": 1,
					"nosymquotes": 1,
					"keymode": 1,
					"lines": 1,
					"wordwrap": 1,
					"fontsize": 10.0
				}
			},
			{
				"box": {
					"id": "obj-14",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						410,
						84,
						12
					],
					"text": "Target",
					"presentation": 1,
					"presentation_rect": [
						244,
						50,
						84,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-15",
					"maxclass": "live.menu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						440,
						84,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						244,
						62,
						84,
						16
					],
					"varname": "Target",
					"parameter_enable": 1,
					"annotation": "Where a finished clip goes.",
					"annotation_name": "Target",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Target",
							"parameter_shortname": "Target",
							"parameter_type": 2,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Target",
							"parameter_enum": [
								"selected slot",
								"free slot, this track",
								"arrangement",
								"folder only"
							],
							"parameter_mmax": 3,
							"parameter_initial": [
								0
							],
							"parameter_initial_enable": 1
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-16",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						470,
						64,
						12
					],
					"text": "Notes are for",
					"presentation": 1,
					"presentation_rect": [
						332,
						50,
						64,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-17",
					"maxclass": "live.menu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						500,
						64,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						332,
						62,
						64,
						16
					],
					"varname": "Notes Use",
					"parameter_enable": 1,
					"annotation": "What a MIDI clip's notes are used for.",
					"annotation_name": "Notes Use",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Notes Use",
							"parameter_shortname": "Notes Use",
							"parameter_type": 2,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Notes Use",
							"parameter_enum": [
								"go on",
								"vary",
								"groove",
								"drums to it",
								"play it",
								"fill bars"
							],
							"parameter_mmax": 5,
							"parameter_initial": [
								0
							],
							"parameter_initial_enable": 1
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-18",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						530,
						64,
						12
					],
					"text": "Live's key",
					"presentation": 1,
					"presentation_rect": [
						4,
						84,
						64,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-19",
					"maxclass": "live.menu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						20,
						560,
						64,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						4,
						96,
						64,
						16
					],
					"varname": "Live Key",
					"parameter_enable": 1,
					"annotation": "Use Live's key: if its scale is on, always or never.",
					"annotation_name": "Live Key",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Live Key",
							"parameter_shortname": "Live Key",
							"parameter_type": 2,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Live Key",
							"parameter_enum": [
								"if on",
								"always",
								"never"
							],
							"parameter_mmax": 2,
							"parameter_initial": [
								0
							],
							"parameter_initial_enable": 1
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-20",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						20,
						590,
						74,
						12
					],
					"text": "Sound is for",
					"presentation": 1,
					"presentation_rect": [
						74,
						84,
						74,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-21",
					"maxclass": "live.menu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						230,
						20,
						74,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						74,
						96,
						74,
						16
					],
					"varname": "Use",
					"parameter_enable": 1,
					"annotation": "What the clip or the listening is used for.",
					"annotation_name": "Use",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Use",
							"parameter_shortname": "Use",
							"parameter_type": 2,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Use",
							"parameter_enum": [
								"fit to the grid",
								"continue",
								"melody",
								"accompany",
								"style",
								"split"
							],
							"parameter_mmax": 5,
							"parameter_initial": [
								0
							],
							"parameter_initial_enable": 1
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-22",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						230,
						50,
						52,
						20
					],
					"text": "Use Clip",
					"presentation": 1,
					"presentation_rect": [
						154,
						94,
						52,
						20
					],
					"varname": "Use Clip",
					"parameter_enable": 1,
					"annotation": "Work from the selected clip: its sound, or its notes.",
					"annotation_name": "Use Clip",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Use Clip",
							"parameter_shortname": "Use Clip",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Use Clip",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Use Clip",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-23",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						230,
						80,
						44,
						20
					],
					"text": "Listen",
					"presentation": 1,
					"presentation_rect": [
						210,
						94,
						44,
						20
					],
					"varname": "Listen",
					"parameter_enable": 1,
					"annotation": "Record this track for some bars, then work from it.",
					"annotation_name": "Listen",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Listen",
							"parameter_shortname": "Listen",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Listen",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Listen",
					"mode": 0,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-24",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						230,
						110,
						34,
						12
					],
					"text": "Bars",
					"presentation": 1,
					"presentation_rect": [
						258,
						84,
						34,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-25",
					"maxclass": "live.numbox",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						230,
						140,
						34,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						258,
						96,
						34,
						16
					],
					"varname": "Listen Bars",
					"parameter_enable": 1,
					"annotation": "How many bars to listen.",
					"annotation_name": "Listen Bars",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Listen Bars",
							"parameter_shortname": "Listen Bars",
							"parameter_type": 0,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Listen Bars",
							"parameter_mmin": 1.0,
							"parameter_mmax": 16.0,
							"parameter_initial": [
								4
							],
							"parameter_initial_enable": 1,
							"parameter_unitstyle": 0
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-26",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						230,
						170,
						50,
						20
					],
					"text": "Audition",
					"presentation": 1,
					"presentation_rect": [
						298,
						94,
						50,
						20
					],
					"varname": "Audition",
					"parameter_enable": 1,
					"annotation": "Hear the newest clip through this track, on Live's beat.",
					"annotation_name": "Audition",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Audition",
							"parameter_shortname": "Audition",
							"parameter_type": 2,
							"parameter_invisible": 0,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Audition",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_mmax": 1
						}
					},
					"texton": "Audition",
					"mode": 1,
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-27",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						230,
						200,
						44,
						12
					],
					"text": "Port",
					"presentation": 1,
					"presentation_rect": [
						352,
						84,
						44,
						12
					],
					"textjustification": 0,
					"fontsize": 8.0
				}
			},
			{
				"box": {
					"id": "obj-28",
					"maxclass": "live.numbox",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						230,
						230,
						44,
						16
					],
					"presentation": 1,
					"presentation_rect": [
						352,
						96,
						44,
						16
					],
					"varname": "Port",
					"parameter_enable": 1,
					"annotation": "Sidecrate's OSC port.",
					"annotation_name": "Port",
					"saved_attribute_attributes": {
						"valueof": {
							"parameter_longname": "Port",
							"parameter_shortname": "Port",
							"parameter_type": 1,
							"parameter_invisible": 1,
							"parameter_modmode": 0,
							"parameter_annotation_name": "Port",
							"parameter_mmin": 1024.0,
							"parameter_mmax": 65535.0,
							"parameter_initial": [
								9140
							],
							"parameter_initial_enable": 1,
							"parameter_unitstyle": 0
						}
					},
					"fontsize": 9.0
				}
			},
			{
				"box": {
					"id": "obj-29",
					"maxclass": "slider",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						260,
						392,
						8
					],
					"presentation": 1,
					"presentation_rect": [
						4,
						120,
						392,
						8
					],
					"orientation": 1,
					"size": 101.0,
					"ignoreclick": 1,
					"parameter_enable": 0,
					"knobshape": 5
				}
			},
			{
				"box": {
					"id": "obj-30",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						230,
						290,
						392,
						32
					],
					"text": "Sidecrate",
					"presentation": 1,
					"presentation_rect": [
						4,
						132,
						392,
						32
					],
					"textjustification": 0,
					"fontsize": 10.0
				}
			},
			{
				"box": {
					"id": "obj-31",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						230,
						320,
						190,
						22
					],
					"text": "live.thisdevice"
				}
			},
			{
				"box": {
					"id": "obj-32",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						350,
						190,
						22
					],
					"text": "deferlow"
				}
			},
			{
				"box": {
					"id": "obj-33",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 5,
					"outlettype": [
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						230,
						380,
						190,
						22
					],
					"text": "js Sidecrate.js ---audition ---heard ---bars"
				}
			},
			{
				"box": {
					"id": "obj-34",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						230,
						410,
						190,
						22
					],
					"text": "udpsend 127.0.0.1 9140 @maxpacketsize 65536"
				}
			},
			{
				"box": {
					"id": "obj-35",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						440,
						190,
						22
					],
					"text": "udpreceive 9141 @maxpacketsize 65536"
				}
			},
			{
				"box": {
					"id": "obj-36",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						470,
						190,
						22
					],
					"text": "prepend osc"
				}
			},
			{
				"box": {
					"id": "obj-37",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						500,
						190,
						22
					],
					"text": "freebang"
				}
			},
			{
				"box": {
					"id": "obj-38",
					"maxclass": "message",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						530,
						190,
						22
					],
					"text": "/sidecrate/bye"
				}
			},
			{
				"box": {
					"id": "obj-39",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						560,
						190,
						22
					],
					"text": "prepend control prompt"
				}
			},
			{
				"box": {
					"id": "obj-40",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						230,
						590,
						190,
						22
					],
					"text": "prepend control engine"
				}
			},
			{
				"box": {
					"id": "obj-41",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						20,
						190,
						22
					],
					"text": "prepend control kind"
				}
			},
			{
				"box": {
					"id": "obj-42",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						50,
						190,
						22
					],
					"text": "prepend control bars"
				}
			},
			{
				"box": {
					"id": "obj-43",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						80,
						190,
						22
					],
					"text": "prepend control count"
				}
			},
			{
				"box": {
					"id": "obj-44",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						110,
						190,
						22
					],
					"text": "prepend control target"
				}
			},
			{
				"box": {
					"id": "obj-45",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						140,
						190,
						22
					],
					"text": "prepend control livekey"
				}
			},
			{
				"box": {
					"id": "obj-46",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						170,
						190,
						22
					],
					"text": "prepend control use"
				}
			},
			{
				"box": {
					"id": "obj-47",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						200,
						190,
						22
					],
					"text": "prepend control notesuse"
				}
			},
			{
				"box": {
					"id": "obj-48",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						230,
						190,
						22
					],
					"text": "prepend control listenbars"
				}
			},
			{
				"box": {
					"id": "obj-49",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						260,
						190,
						22
					],
					"text": "prepend control port"
				}
			},
			{
				"box": {
					"id": "obj-50",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						440,
						290,
						190,
						22
					],
					"text": "route text"
				}
			},
			{
				"box": {
					"id": "obj-51",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						440,
						320,
						190,
						22
					],
					"text": "route text"
				}
			},
			{
				"box": {
					"id": "obj-52",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						350,
						190,
						22
					],
					"text": "prepend press again"
				}
			},
			{
				"box": {
					"id": "obj-53",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						380,
						190,
						22
					],
					"text": "prepend press cancel"
				}
			},
			{
				"box": {
					"id": "obj-54",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						410,
						190,
						22
					],
					"text": "prepend press place"
				}
			},
			{
				"box": {
					"id": "obj-55",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						440,
						190,
						22
					],
					"text": "prepend press audition"
				}
			},
			{
				"box": {
					"id": "obj-56",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						470,
						190,
						22
					],
					"text": "prepend press generate"
				}
			},
			{
				"box": {
					"id": "obj-57",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						500,
						190,
						22
					],
					"text": "prepend press useclip"
				}
			},
			{
				"box": {
					"id": "obj-58",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						530,
						190,
						22
					],
					"text": "prepend press listen"
				}
			},
			{
				"box": {
					"id": "obj-59",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						560,
						190,
						22
					],
					"text": "deferlow"
				}
			},
			{
				"box": {
					"id": "obj-60",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						440,
						590,
						190,
						22
					],
					"text": "deferlow"
				}
			},
			{
				"box": {
					"id": "obj-61",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						650,
						20,
						190,
						22
					],
					"text": "deferlow"
				}
			},
			{
				"box": {
					"id": "obj-62",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						50,
						190,
						22
					],
					"text": "t a b b"
				}
			},
			{
				"box": {
					"id": "obj-63",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						80,
						190,
						22
					],
					"text": "t a b b"
				}
			},
			{
				"box": {
					"id": "obj-64",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						110,
						190,
						22
					],
					"text": "t a b b"
				}
			},
			{
				"box": {
					"id": "obj-65",
					"maxclass": "newobj",
					"numinlets": 3,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						140,
						190,
						22
					],
					"text": "route status progress"
				}
			},
			{
				"box": {
					"id": "obj-66",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						650,
						170,
						190,
						22
					],
					"text": "prepend set"
				}
			},
			{
				"box": {
					"id": "obj-67",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						650,
						200,
						190,
						22
					],
					"text": "prepend set"
				}
			},
			{
				"box": {
					"id": "obj-68",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 4,
					"outlettype": [
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						230,
						190,
						22
					],
					"text": "dspstate~"
				}
			},
			{
				"box": {
					"id": "obj-69",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						650,
						260,
						190,
						22
					],
					"text": "prepend rate"
				}
			},
			{
				"box": {
					"id": "obj-70",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"signal",
						"signal"
					],
					"patching_rect": [
						650,
						290,
						190,
						22
					],
					"text": "plugin~"
				}
			},
			{
				"box": {
					"id": "obj-71",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"signal",
						"signal"
					],
					"patching_rect": [
						650,
						320,
						190,
						22
					],
					"text": "plugout~"
				}
			},
			{
				"box": {
					"id": "obj-72",
					"maxclass": "newobj",
					"numinlets": 7,
					"numoutlets": 7,
					"outlettype": [
						"",
						"",
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						650,
						350,
						190,
						22
					],
					"text": "route buffer length locked free select gain"
				}
			},
			{
				"box": {
					"id": "obj-73",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						650,
						380,
						190,
						22
					],
					"text": "buffer~ ---audition 1000 2"
				}
			},
			{
				"box": {
					"id": "obj-74",
					"maxclass": "message",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						650,
						410,
						190,
						22
					],
					"text": "loaded"
				}
			},
			{
				"box": {
					"id": "obj-75",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						650,
						440,
						190,
						22
					],
					"text": "phasor~ @lock 1"
				}
			},
			{
				"box": {
					"id": "obj-76",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						650,
						470,
						190,
						22
					],
					"text": "phasor~ 1."
				}
			},
			{
				"box": {
					"id": "obj-77",
					"maxclass": "newobj",
					"numinlets": 3,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						650,
						500,
						190,
						22
					],
					"text": "selector~ 2 2"
				}
			},
			{
				"box": {
					"id": "obj-78",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						650,
						530,
						190,
						22
					],
					"text": "*~ 1000."
				}
			},
			{
				"box": {
					"id": "obj-79",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"signal",
						"signal",
						"signal"
					],
					"patching_rect": [
						650,
						560,
						190,
						22
					],
					"text": "play~ ---audition 2"
				}
			},
			{
				"box": {
					"id": "obj-80",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"signal",
						"signal"
					],
					"patching_rect": [
						650,
						590,
						190,
						22
					],
					"text": "line~ 0."
				}
			},
			{
				"box": {
					"id": "obj-81",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						860,
						20,
						190,
						22
					],
					"text": "*~ 0."
				}
			},
			{
				"box": {
					"id": "obj-82",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						860,
						50,
						190,
						22
					],
					"text": "*~ 0."
				}
			},
			{
				"box": {
					"id": "obj-83",
					"maxclass": "newobj",
					"numinlets": 5,
					"numoutlets": 5,
					"outlettype": [
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						860,
						80,
						190,
						22
					],
					"text": "route bar size record write"
				}
			},
			{
				"box": {
					"id": "obj-84",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						860,
						110,
						190,
						22
					],
					"text": "prepend size"
				}
			},
			{
				"box": {
					"id": "obj-85",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						860,
						140,
						190,
						22
					],
					"text": "buffer~ ---heard 1000 2"
				}
			},
			{
				"box": {
					"id": "obj-86",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						860,
						170,
						190,
						22
					],
					"text": "buffer~ ---bars 1000 1"
				}
			},
			{
				"box": {
					"id": "obj-87",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						860,
						200,
						190,
						22
					],
					"text": "phasor~ @lock 1"
				}
			},
			{
				"box": {
					"id": "obj-88",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						860,
						230,
						190,
						22
					],
					"text": "pipe 0"
				}
			},
			{
				"box": {
					"id": "obj-89",
					"maxclass": "newobj",
					"numinlets": 4,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						860,
						260,
						190,
						22
					],
					"text": "record~ ---heard 2"
				}
			},
			{
				"box": {
					"id": "obj-90",
					"maxclass": "newobj",
					"numinlets": 3,
					"numoutlets": 1,
					"outlettype": [
						"signal"
					],
					"patching_rect": [
						860,
						290,
						190,
						22
					],
					"text": "record~ ---bars 1"
				}
			}
		],
		"lines": [
			{
				"patchline": {
					"source": [
						"obj-31",
						0
					],
					"destination": [
						"obj-32",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-32",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						0
					],
					"destination": [
						"obj-34",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						1
					],
					"destination": [
						"obj-35",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-35",
						0
					],
					"destination": [
						"obj-36",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-36",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-37",
						0
					],
					"destination": [
						"obj-38",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-38",
						0
					],
					"destination": [
						"obj-34",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-7",
						0
					],
					"destination": [
						"obj-41",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-9",
						0
					],
					"destination": [
						"obj-42",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-11",
						0
					],
					"destination": [
						"obj-43",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-15",
						0
					],
					"destination": [
						"obj-44",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-19",
						0
					],
					"destination": [
						"obj-45",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-21",
						0
					],
					"destination": [
						"obj-46",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-17",
						0
					],
					"destination": [
						"obj-47",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-25",
						0
					],
					"destination": [
						"obj-48",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-28",
						0
					],
					"destination": [
						"obj-49",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-3",
						0
					],
					"destination": [
						"obj-52",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						0
					],
					"destination": [
						"obj-53",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-5",
						0
					],
					"destination": [
						"obj-54",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-26",
						0
					],
					"destination": [
						"obj-55",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-1",
						0
					],
					"destination": [
						"obj-50",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-13",
						0
					],
					"destination": [
						"obj-51",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-50",
						0
					],
					"destination": [
						"obj-39",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-51",
						0
					],
					"destination": [
						"obj-40",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-2",
						0
					],
					"destination": [
						"obj-59",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-22",
						0
					],
					"destination": [
						"obj-60",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-23",
						0
					],
					"destination": [
						"obj-61",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-59",
						0
					],
					"destination": [
						"obj-62",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-60",
						0
					],
					"destination": [
						"obj-63",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-61",
						0
					],
					"destination": [
						"obj-64",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-62",
						2
					],
					"destination": [
						"obj-13",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-63",
						2
					],
					"destination": [
						"obj-13",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-64",
						2
					],
					"destination": [
						"obj-13",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-62",
						1
					],
					"destination": [
						"obj-1",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-63",
						1
					],
					"destination": [
						"obj-1",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-64",
						1
					],
					"destination": [
						"obj-1",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-62",
						0
					],
					"destination": [
						"obj-56",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-63",
						0
					],
					"destination": [
						"obj-57",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-64",
						0
					],
					"destination": [
						"obj-58",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-39",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-40",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-41",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-42",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-43",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-44",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-45",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-46",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-47",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-48",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-49",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-52",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-53",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-54",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-55",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-56",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-57",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-58",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						2
					],
					"destination": [
						"obj-65",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-65",
						0
					],
					"destination": [
						"obj-66",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-66",
						0
					],
					"destination": [
						"obj-30",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-65",
						1
					],
					"destination": [
						"obj-67",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-67",
						0
					],
					"destination": [
						"obj-29",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-68",
						1
					],
					"destination": [
						"obj-69",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-69",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-70",
						0
					],
					"destination": [
						"obj-71",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-70",
						1
					],
					"destination": [
						"obj-71",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						3
					],
					"destination": [
						"obj-72",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						0
					],
					"destination": [
						"obj-73",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-73",
						1
					],
					"destination": [
						"obj-74",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-74",
						0
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						1
					],
					"destination": [
						"obj-78",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						2
					],
					"destination": [
						"obj-75",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						3
					],
					"destination": [
						"obj-76",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						4
					],
					"destination": [
						"obj-77",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-72",
						5
					],
					"destination": [
						"obj-80",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-75",
						0
					],
					"destination": [
						"obj-77",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-76",
						0
					],
					"destination": [
						"obj-77",
						2
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-77",
						0
					],
					"destination": [
						"obj-78",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-78",
						0
					],
					"destination": [
						"obj-79",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-79",
						0
					],
					"destination": [
						"obj-81",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-79",
						1
					],
					"destination": [
						"obj-82",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-80",
						0
					],
					"destination": [
						"obj-81",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-80",
						0
					],
					"destination": [
						"obj-82",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-81",
						0
					],
					"destination": [
						"obj-71",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-82",
						0
					],
					"destination": [
						"obj-71",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						4
					],
					"destination": [
						"obj-83",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-83",
						0
					],
					"destination": [
						"obj-87",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-83",
						1
					],
					"destination": [
						"obj-84",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-84",
						0
					],
					"destination": [
						"obj-85",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-84",
						0
					],
					"destination": [
						"obj-86",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-83",
						2
					],
					"destination": [
						"obj-88",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-88",
						0
					],
					"destination": [
						"obj-89",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-88",
						0
					],
					"destination": [
						"obj-90",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-83",
						3
					],
					"destination": [
						"obj-85",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-70",
						0
					],
					"destination": [
						"obj-89",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-70",
						1
					],
					"destination": [
						"obj-89",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-87",
						0
					],
					"destination": [
						"obj-90",
						0
					]
				}
			}
		],
		"parameters": {
			"obj-1": [
				"Prompt",
				"Prompt",
				0
			],
			"obj-2": [
				"Generate",
				"Generate",
				0
			],
			"obj-3": [
				"Again",
				"Again",
				0
			],
			"obj-4": [
				"Cancel",
				"Cancel",
				0
			],
			"obj-5": [
				"Place",
				"Place",
				0
			],
			"obj-7": [
				"Kind",
				"Kind",
				0
			],
			"obj-9": [
				"Bars",
				"Bars",
				0
			],
			"obj-11": [
				"Count",
				"Count",
				0
			],
			"obj-13": [
				"Engine",
				"Engine",
				0
			],
			"obj-15": [
				"Target",
				"Target",
				0
			],
			"obj-17": [
				"Notes Use",
				"Notes Use",
				0
			],
			"obj-19": [
				"Live Key",
				"Live Key",
				0
			],
			"obj-21": [
				"Use",
				"Use",
				0
			],
			"obj-22": [
				"Use Clip",
				"Use Clip",
				0
			],
			"obj-23": [
				"Listen",
				"Listen",
				0
			],
			"obj-25": [
				"Listen Bars",
				"Listen Bars",
				0
			],
			"obj-26": [
				"Audition",
				"Audition",
				0
			],
			"obj-28": [
				"Port",
				"Port",
				0
			],
			"parameterbanks": {
				"0": {
					"index": 0,
					"name": "Sidecrate",
					"parameters": [
						"Generate",
						"Again",
						"Cancel",
						"Place",
						"Use Clip",
						"Listen",
						"Audition",
						"-"
					]
				}
			},
			"inherited_shortname": 1
		},
		"dependency_cache": [
			{
				"name": "Sidecrate.js",
				"type": "TEXT",
				"implicit": 1
			}
		],
		"latency": 0,
		"minimum_live_version": "",
		"minimum_max_version": "",
		"platform_compatibility": 0,
		"project": {
			"version": 1,
			"creationdate": 3850070400,
			"modificationdate": 3850070400,
			"viewrect": [
				0.0,
				0.0,
				300.0,
				500.0
			],
			"autoorganize": 1,
			"hideprojectwindow": 1,
			"showdependencies": 1,
			"autolocalize": 0,
			"contents": {
				"patchers": {}
			},
			"layout": {},
			"searchpath": {},
			"detailsvisible": 0,
			"amxdtype": 1633771873,
			"readonly": 0,
			"devpathtype": 0,
			"devpath": ".",
			"sortmode": 0,
			"viewmode": 0,
			"includepackages": 0
		},
		"autosave": 0
	}
}
