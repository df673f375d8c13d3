#pragma once

#include <string>

namespace farboot::vmchooser
{

/// Writes to the system's log as "vmchooser", where the image may forward it to the serial console, and to standard
/// error, which a display manager keeps in the session's own log.
void log_notice(const std::string& line);
void log_warning(const std::string& line);
/// "farboot: stage: <stage>" (docs/agent-protocol.md).
void log_stage(const std::string& stage);

} // namespace farboot::vmchooser
