"""The machine around us.

paths         where the program's files are
disk_room     why nothing can be written in a place
read_only     databases that are read there all the same
processor     whether the native libraries run here
loopback      which hosts are this machine
network_log   every connection that was opened
clipboard     the system's clipboard
editor        the user's editor
front_matter  the head of a prompt file
yaml_subset   YAML as such a head may hold it
installed     the version of an installed distribution
about         versions and licences of what the program stands on
"""
