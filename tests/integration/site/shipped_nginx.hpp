#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace farboot::test
{

/// nginx with a configuration of packaging/nginx, of which only addresses and paths are others.
class ShippedNginx
{
public:
    /// What stands in the file, and what it is here.
    using Replacements = std::vector<std::pair<std::string, std::string>>;

    /// `certificate`: of the folder with server.pem, server.key and ca.pem. Throws with what nginx said if it does not
    /// start.
    ShippedNginx(std::filesystem::path folder, const std::string& file, const std::filesystem::path& certificate,
                 const Replacements& replacements);

    [[nodiscard]] int port() const { return port_; }

private:
    std::filesystem::path folder_;
    int port_;
    std::unique_ptr<Process> process_;
};

} // namespace farboot::test
