#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What `farboot export` serves, and how: pure, so that command lines are tested without a server.
struct ExportPlan {
    std::vector<std::string> records; ///< files
    std::string policy;
    std::vector<std::string> stores; ///< URLs, best first
    std::string ca_file;
    std::string listen = "127.0.0.1"; ///< an address or a name of this machine
    std::uint16_t port = 10809;       ///< IANA's for NBD
    std::string socket;               ///< a Unix socket instead of the two above
    std::string tls_folder;           ///< empty: no TLS
    std::string pid_file;             ///< written when clients can connect; empty: none
    std::size_t cache_mib = 64;
    std::string disk_cache;
    std::size_t disk_cache_mib = 4096;
    std::size_t give_up_seconds = 0;
    bool wait = false; ///< for a store that does not answer at the start
    std::string plugin = "farboot";

    /// Can only programs of this machine reach it?
    [[nodiscard]] bool is_local() const;
};

/// The command line of nbdkit(1) that does it.
[[nodiscard]] std::vector<std::string> nbdkit_command(const ExportPlan& plan);

/// What to type on a client, one command a line, for one export: nbdinfo, nbdcopy, qemu and nbd-client. `host` is the
/// name by which clients know this machine.
[[nodiscard]] std::vector<std::string> client_commands(const ExportPlan& plan, const std::string& host,
                                                       const std::string& name);

} // namespace farboot::rootfs
