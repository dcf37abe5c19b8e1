"""Smart city management: decisions practised on simulated floods.

Owns the exercise kind ``smart_city:flood``, the flood model (:mod:`.flood_model`), and the runs that people play
turn by turn, with replay and debrief.
"""
