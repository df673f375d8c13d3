#pragma once

#include "vmchooser/domain/domain_spec.hpp"

#include <string>

namespace farboot::vmchooser
{

/// The machine as libvirt's domain XML (https://libvirt.org/formatdomain.html), for libvirt 9.0 and QEMU 7.2. Pure.
[[nodiscard]] std::string to_domain_xml(const DomainSpec& spec);

} // namespace farboot::vmchooser
