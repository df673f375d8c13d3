#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Where a store lies in an S3 bucket, as the address below which any web client finds its files:
/// https://endpoint/bucket/prefix, or with the bucket as a part of the host's name.
struct S3Address {
    std::string scheme; ///< https or http
    std::string host;   ///< as the Host header has it: with a port unless it is the scheme's own
    std::string path;   ///< "/bucket/prefix", no slash at its end; may be empty
    /// How much of the path names the bucket: 0 where its host does. Only of_bucket() knows it.
    std::size_t bucket_length = 0;

    [[nodiscard]] std::string url() const { return scheme + "://" + host + path; }

    /// From such an address. Its path may have letters, digits and -._~ only, so that nothing in it is ever encoded.
    /// Reason: s3-address.
    [[nodiscard]] static Result<S3Address> parse(std::string_view url);

    enum class Style {
        automatic, ///< by_path with an endpoint, by_host at Amazon
        by_path,
        by_host,
    };
    /// From s3://bucket/prefix; without an endpoint (https://…) Amazon's of the region. Reason: s3-address.
    [[nodiscard]] static Result<S3Address> of_bucket(std::string_view bucket_url, std::string_view endpoint,
                                                     std::string_view region, Style style);
};

/// A region's name as it stands in signatures: lower-case letters, digits, dashes.
[[nodiscard]] bool is_s3_region(std::string_view text);

} // namespace farboot::rootfs
