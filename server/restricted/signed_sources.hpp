#pragma once

#include "rootfs/s3/address.hpp"
#include "rootfs/s3/signature.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::server
{

/// The sources that are S3 stores, whose restricted images are read with pre-signed addresses (docs/restricted.md):
/// each opens one file for a while. The key stays here. It needs no right but to read, and to list the buckets.
class SignedSources
{
public:
    explicit SignedSources(rootfs::S3Signer signer) : signer_(std::move(signer)) {}

    /// A store's base URL, as menus name it. Reason: s3-address.
    [[nodiscard]] Result<void> add(std::string_view url);

    [[nodiscard]] bool knows(std::string_view url) const { return sources_.contains(url); }
    /// As they stand in menus, in the order in which they were added.
    [[nodiscard]] const std::vector<std::string>& urls() const { return urls_; }
    /// Is this a file of an audience's part, "v1/packs/3b/3b1f…"?
    [[nodiscard]] static bool is_path(std::string_view path);
    /// What is appended to the file's address behind "?". The source is known, the path is one.
    [[nodiscard]] std::string query(std::string_view url, std::string_view audience, std::string_view path,
                                    std::chrono::seconds life, std::chrono::sys_seconds now) const;

private:
    rootfs::S3Signer signer_;
    std::map<std::string, rootfs::S3Address, std::less<>> sources_;
    std::vector<std::string> urls_;
};

} // namespace farboot::server
