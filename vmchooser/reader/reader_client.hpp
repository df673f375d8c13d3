#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

namespace farboot::vmchooser
{

/// An export of the reader for virtual disks.
struct ReaderExport {
    std::string name;        ///< of the NBD export: vm/tiny@3
    std::uint64_t bytes = 0; ///< of the image
};

/// Client of a reader's control socket (nbdkit-farboot-plugin(1)): one JSON object a line, one answer each. Each call
/// is a connection of its own.
class ReaderClient
{
public:
    explicit ReaderClient(std::filesystem::path control = "/run/farboot-reader/control.sock",
                          std::chrono::milliseconds deadline = std::chrono::seconds(60));

    /// Hands over a signed record (its envelope's JSON): the reader checks it itself and serves its image.
    /// Reasons: reader-unreachable, reader-protocol, cancelled, and the reader's own.
    [[nodiscard]] Result<ReaderExport> add(const std::string& envelope_json, std::stop_token stop = {}) const;
    /// Ends an export of one's own.
    [[nodiscard]] Result<void> remove(const std::string& export_name) const;
    /// Bytes that the reader has fetched from the network, for all its exports.
    [[nodiscard]] Result<std::uint64_t> bytes_fetched() const;

private:
    std::filesystem::path control_;
    std::chrono::milliseconds deadline_;
};

} // namespace farboot::vmchooser
