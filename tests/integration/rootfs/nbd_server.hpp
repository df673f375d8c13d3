#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

struct nbd_handle;

namespace farboot::test
{

/// nbdkit with the plugin of this build, on a Unix socket.
class NbdServer
{
public:
    /// `parameters` are the plugin's; `wrapper` is a program with its options that runs nbdkit. Throws with what nbdkit
    /// said if it does not start.
    NbdServer(std::filesystem::path folder, const std::vector<std::string>& parameters,
              std::vector<std::string> wrapper = {});

    [[nodiscard]] std::string uri(const std::string& name = "") const;
    [[nodiscard]] std::filesystem::path control() const { return folder_ / "control.sock"; }
    [[nodiscard]] nlohmann::json ask(const nlohmann::json& command) const;
    [[nodiscard]] nlohmann::json status() const { return ask({{"version", 1}, {"command", "status"}}); }
    /// What it wrote on standard error.
    [[nodiscard]] std::string log() const { return read_whole(folder_ / "log"); }
    [[nodiscard]] Process& process() { return process_; }

private:
    std::filesystem::path folder_;
    Process process_;
};

/// A client's connection.
class NbdClient
{
public:
    /// Throws with libnbd's words.
    explicit NbdClient(const std::string& uri);
    ~NbdClient();
    NbdClient(const NbdClient&) = delete;
    NbdClient& operator=(const NbdClient&) = delete;

    struct Read {
        int error = 0; ///< errno
        std::string bytes;
    };
    [[nodiscard]] Read read(std::uint64_t offset, std::size_t count);

private:
    nbd_handle* handle_;
};

} // namespace farboot::test
