#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <optional>

namespace farboot::test
{

/// nginx in front of farboot-server with packaging/nginx/farboot.conf, of which only addresses and paths are others.
class ShippedNginx
{
public:
    struct Places {
        std::filesystem::path store;
        std::filesystem::path data; ///< of the server: its certificate is used, and its secret
        int upstream = 0;           ///< the server's port for plain HTTP
    };
    /// Throws with what nginx said if it does not start.
    ShippedNginx(std::filesystem::path folder, const Places& places);

    [[nodiscard]] int port() const { return port_; }

private:
    std::filesystem::path folder_;
    int port_;
    std::optional<Process> process_;
};

} // namespace farboot::test
