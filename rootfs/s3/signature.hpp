#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/s3/key.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// AWS Signature Version 4 for S3 ("Authenticating Requests" in Amazon's S3 API reference): what a request needs in its
/// head, or in its address, so that a store that knows the key answers it. libcurl's own (CURLOPT_AWS_SIGV4) makes no
/// signed addresses, and radosgw refused what that of Debian 12 signs.
namespace farboot::rootfs
{

struct S3Request {
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    std::string method = "GET";
    std::string host; ///< as the Host header has it
    std::string path; ///< as it is asked for; characters besides letters, digits and /-._~ are percent-encoded
    Pairs query{};    ///< plain
    Pairs headers{};  ///< that are signed besides Host, names in lower case
};

class S3Signer
{
public:
    S3Signer(S3Key key, std::string region) : key_(std::move(key)), region_(std::move(region)) {}

    /// The headers that the request gets besides its own: Authorization, x-amz-date, x-amz-content-sha256 and, for keys
    /// that have one, x-amz-security-token. `body` is the digest of its body, and the store refuses another one.
    [[nodiscard]] S3Request::Pairs headers(const S3Request& request, const Digest& body,
                                           std::chrono::sys_seconds now) const;
    /// The query (without "?") with which anybody may send this request until `now` + `life`.
    [[nodiscard]] std::string query(const S3Request& request, std::chrono::seconds life,
                                    std::chrono::sys_seconds now) const;

    [[nodiscard]] const S3Key& key() const { return key_; }
    [[nodiscard]] const std::string& region() const { return region_; }

private:
    [[nodiscard]] std::string scope(const std::string& time) const;
    [[nodiscard]] std::string signature(const std::string& canonical, const std::string& time) const;

    S3Key key_;
    std::string region_;
};

/// "list-type=2&prefix=a%2Fb": sorted, as it is signed.
[[nodiscard]] std::string s3_query(S3Request::Pairs query);

} // namespace farboot::rootfs
