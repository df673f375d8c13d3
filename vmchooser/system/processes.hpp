#pragma once

#include "rootfs/base/error.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace farboot::vmchooser
{

struct ProcessEnd {
    int exit_code = 0;   ///< -1 when it died by a signal, or was stopped by us
    std::string message; ///< the end of what it wrote to standard error, at most 2 KiB
};

/// The seam through which this program runs others: each by its name and arguments, never through a shell.
class Processes
{
public:
    virtual ~Processes() = default;
    /// Waits for its end; `stop` ends it (politely, then hard). Reason: program-missing.
    [[nodiscard]] virtual Result<ProcessEnd> run(const std::vector<std::string>& command, std::stop_token stop) = 0;
};

/// The real ones, with Qt's QProcess. run() may be called from any thread.
class SystemProcesses : public Processes
{
public:
    [[nodiscard]] Result<ProcessEnd> run(const std::vector<std::string>& command, std::stop_token stop) override;
};

} // namespace farboot::vmchooser
