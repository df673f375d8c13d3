#pragma once

namespace farboot
{

/// Deletes what a C library handed out: `std::unique_ptr<X509, Freer<X509_free>>`.
template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

} // namespace farboot
