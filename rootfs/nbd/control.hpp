#pragma once

#include "rootfs/nbd/export_table.hpp"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace farboot::rootfs
{

/// Answers the commands of the control socket (nbdkit-farboot-plugin(1)); knows nothing of sockets.
class Control
{
public:
    /// With `fixed`, the exports are given on the command line: only `status` and `trace` are allowed.
    Control(const Policy& policy, const ReaderEngine& engine, ExportTable& exports, bool fixed)
        : policy_(policy), engine_(engine), exports_(exports), fixed_(fixed)
    {
    }

    /// One command line by this user, one answer line, both without a line end. Reasons in answers: request-malformed,
    /// version-unknown, command-unknown, fixed, not-root, no-disk and restricted (it cannot be pinned), and those of
    /// verify_image() and ExportTable.
    [[nodiscard]] std::string answer(std::string_view line, uid_t who) const;

private:
    const Policy& policy_;
    const ReaderEngine& engine_;
    ExportTable& exports_;
    bool fixed_;
};

} // namespace farboot::rootfs
