#include "rootfs/base/digest.hpp"

#include "rootfs/base/encoding.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace farboot
{

bool Digest::is_zero() const
{
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

std::string Digest::hex() const
{
    return farboot::hex(bytes);
}

std::optional<Digest> Digest::from_hex(std::string_view hex)
{
    auto raw = farboot::from_hex(hex);
    if (!raw || raw->size() != 32)
        return std::nullopt;
    Digest digest;
    std::memcpy(digest.bytes.data(), raw->data(), raw->size());
    return digest;
}

std::size_t DigestHash::operator()(const Digest& digest) const noexcept
{
    std::size_t value = 0; // a digest is uniformly distributed already
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State()
    {
        if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(Bytes data)
{
    if (EVP_DigestUpdate(state_->context, data.data(), data.size()) != 1)
        throw std::bad_alloc();
}

Digest Sha256::finish()
{
    Digest digest;
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.bytes.data()), &size) != 1 ||
        EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
    return digest;
}

Digest sha256(Bytes data)
{
    Sha256 hash;
    hash.update(data);
    return hash.finish();
}

} // namespace farboot
