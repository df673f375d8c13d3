#include "vmchooser/system/journal.hpp"

#include <syslog.h>

#include <cstdio>

namespace farboot::vmchooser
{
namespace
{

void log(int level, const std::string& line)
{
    [[maybe_unused]] static const bool open = [] {
        ::openlog("vmchooser", LOG_PID | LOG_NDELAY, LOG_USER);
        return true;
    }();
    ::syslog(level, "%s", line.c_str());
    std::fprintf(stderr, "%s\n", line.c_str());
}

} // namespace

void log_notice(const std::string& line)
{
    log(LOG_NOTICE, line);
}

void log_warning(const std::string& line)
{
    log(LOG_WARNING, line);
}

void log_stage(const std::string& stage)
{
    log_notice("farboot: stage: " + stage);
}

} // namespace farboot::vmchooser
