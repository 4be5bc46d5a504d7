extension PackOptions {
    /// What a load file may say, and what comes back.
    static let loadFormat = """
        LOAD.json, lengths in mm, masses in kg (? = may be left out):
          {"container":{"id"?,"length","width","height","maxWeight"?,
                        "axles"?:{"front","rear","frontLimit"?,"rearLimit"?}},
           "items":[{"id","length","width","height","vertical"?,"quantity","weight"?,"maxLoad"?,
                     "fragile"?,"stop"?,"class"?,"priority"?}],
           "keepApart"?:[{"classes":[A,B],"distance"?}]}
        The origin is the floor corner farthest from the door on the left; x runs to the door.

          "maxWeight":1200       payload; without it any weight
          "axles":{"front":-800,"rear":3100,"frontLimit":700,"rearLimit":900}
                                 x of the two supports, and what the payload may add at each
          "vertical":["height","width"]
                                 which of the box's own sides may stand upright; without it the
                                 height only. About the upright one it may always be turned
          "weight":72            of one box; without it 0
          "maxLoad":150          what may rest on one box, through the whole stack above; without it
                                 anything, 0 is nothing
          "fragile":true         only fragile boxes that are not heavier may rest on it; maxLoad,
                                 when given, then limits what these weigh together
          "stop":2               where it is unloaded, from 1, the default. No box of a later stop
                                 stands above it, or between it and the door
          "class":"food"         what the goods are, for keepApart
          "priority":5           0…9; when not all fit, the higher go first. Without it 0
          "keepApart":[{"classes":["food","chemicals"],"distance":800}]
                                 at least 800 mm between their outlines seen from above, along or
                                 across; without a distance they never share a container
          --support              how much of a base must rest on the floor or on boxes

        With "containers":[{…,"id","count"?},…] instead of "container" the smallest that takes all is
        chosen, else several, the last as small as may be; count is how many there are, by default 1.
        In examples/, load.json has every constraint and fleet.json several containers.

        Out: {"utilisation","placed","unplaced":{id:n},"reasons"?:{id:words},"seconds","iterations",
              "hash","boxes":[{"item","x","y","z","length","width","height","supported"}]}
        or, for several containers:
             {"vehicles":[{"container":id,"utilisation","placed","seconds","iterations","hash",
                           "offered":{id:n},"boxes"}],"unplaced","reasons","utilisation"}
        A layout found with --seconds is found again with --iterations and the number it names. Of
        several containers each is: pack what it was "offered" into it alone, in that order.
        """
}
