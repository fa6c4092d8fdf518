// policy_file.h -- policies that are files: plug-ins (./mine.so) and rules (mine.ini)
#ifndef OURO_POLICY_FILE_H
#define OURO_POLICY_FILE_H

#include "registry.h"

// A policy wherever the command line names one: "PATH.so", "PATH.ini" or as policy_choose, each
// with ":knob=value,..." behind it. A path has no colon. A file is read once and stays for the life
// of the process; its digest is part of the choice's canonical text, so results tell two builds of
// one plug-in apart. False with `error` when it is no policy, and why.
bool policy_named(PolicyChoice *choice, const char *text, Error *error);

// Whether `text` names rules, FILE.ini.
bool policy_is_rules(const char *text);

#endif
