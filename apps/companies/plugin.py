from apps.companies import personal_data
from apps.companies.api import router
from apps.core.plugins import Plugin

plugin = Plugin(app="companies", personal_data=personal_data.HOLDINGS, routers={"/companies": router})
